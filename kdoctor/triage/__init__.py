"""Many reports at once: `items` gives them one by one, `Judge` says what each holds, `spread` lets all cores do it in order."""
