#!/bin/sh
# Builds a STAND-IN for Amazon's image public.ecr.aws/lambda/python, for machines that cannot pull it:
# Debian's Python of the same version and the runtime interface client from PyPI, laid out as SAM CLI expects.
# It is not Amazon Linux: its C library is newer, and it runs as root.
#   standin_image.sh FOLDER LOCK_FILE IMAGE     (FOLDER is for files in between; podman comes from the environment)
set -eu
folder=$1 lock_file=$2 image=$3
here=$(dirname "$0")

rm -rf "$folder"
mkdir -p "$folder/root/var/task" "$folder/root/var/rapid" "$folder/root/var/lang/bin" "$folder/root/opt"
mmdebstrap --quiet --variant=essential --include=python3.11,ca-certificates,libstdc++6 \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
    bookworm "$folder/base.tar"

ln -s /usr/bin/python3.11 "$folder/root/var/lang/bin/python3.11"
"${PYTHON:-python3.11}" -m pip install --quiet --no-compile --require-hashes --only-binary=:all: \
    --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 --implementation cp --python-version 3.11 \
    --requirement "$lock_file" --target "$folder/root/var/runtime"
install -m 0755 "$here/standin_bootstrap.sh" "$folder/root/var/runtime/bootstrap"
tar --create --file "$folder/add.tar" --directory "$folder/root" --owner 0 --group 0 .

cat > "$folder/Containerfile" <<'END'
FROM scratch
ADD base.tar /
ADD add.tar /
ENV LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime PATH=/var/lang/bin:/usr/bin:/bin:/opt/bin
WORKDIR /var/task
END
podman build --quiet --tag "$image" --ignorefile /dev/null --file "$folder/Containerfile" "$folder"
rm -rf "$folder"
