"""What an alert is: its states, and how requests with the same key become one alert."""
