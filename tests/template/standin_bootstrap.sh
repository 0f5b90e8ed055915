#!/bin/sh
# What the stand-in image starts in place of Amazon's /var/runtime/bootstrap.
export AWS_EXECUTION_ENV=AWS_Lambda_python3.11
export PYTHONPATH=/opt/python/lib/python3.11/site-packages:/opt/python:/var/runtime
cd "$LAMBDA_TASK_ROOT" && exec ${AWS_LAMBDA_EXEC_WRAPPER:-} /var/lang/bin/python3.11 -m awslambdaric "$_HANDLER"
