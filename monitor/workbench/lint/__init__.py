"""What in a rules folder is allowed but does nothing: words, lists, rules and conditions that somebody meant."""
