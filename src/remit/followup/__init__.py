"""Who was taken into a study, and when each person is seen: visits, their windows, allocation."""
