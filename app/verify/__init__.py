"""Surface for those who receive a sheet and must trust it. The room is drawn, its door is closed: no route yet."""
