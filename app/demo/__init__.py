"""An invented union for demonstrations and tests: towns, people, cards and terminals. Nothing in it is anybody's."""
