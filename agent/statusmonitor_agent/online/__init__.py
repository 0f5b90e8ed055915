"""The hybrid agent in its online mode: fetches jobs, runs them on time, keeps results on disk until the server has them."""
