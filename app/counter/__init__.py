"""Surface of the staff at a town's counter. The room is drawn, its door is closed: it registers no route yet."""
