"""Who works where, and what they may do. The room is drawn; its tables come with the counter."""
