"""What a program's source says of Keras: text in, facts out, nothing run and nothing read from the machine."""
