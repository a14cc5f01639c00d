"""Surface of the union's administrators, who compare towns. The room is drawn, its door is closed: no route yet."""
