from hypothesis import settings

# Rules are checked here, not clocks: a busy machine must not turn a test red.
settings.register_profile("martlet", deadline=None)
settings.load_profile("martlet")
