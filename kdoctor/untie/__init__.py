"""Makes `keras` of what a program takes through TensorFlow, and leaves everything else of its text as it is; needs libcst."""
