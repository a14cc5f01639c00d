"""The processes that serve: each looks at itself before it begins, and at the others for as long as it runs."""
