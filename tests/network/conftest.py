import pytest
from hypothesis import settings

from tests.network.servers import Authority

# Rules are checked here, not clocks: a busy machine must not turn a test red.
settings.register_profile("martlet", deadline=None)
settings.load_profile("martlet")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))
