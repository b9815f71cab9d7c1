"""Statistics over plain numbers and arrays. Nothing here knows of persons, visits or lupus."""
