# Entry of the pipelines.
