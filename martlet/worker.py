"""What each worker process of `martlet serve` loads: the application, built from the settings."""

from martlet import app, settings

application = app.build(settings.load()).application
