# One image, two targets: `daemon` (base install only) and `building` (with the simulator).
FROM python:3.11-slim AS daemon
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY hvac_rl hvac_rl
COPY adapters adapters
COPY agents agents
COPY envs envs
COPY sim_buildings sim_buildings
RUN pip install --no-cache-dir --constraint constraints.txt '.[postgresql]' \
 && useradd --create-home --uid 10001 hvac \
 && install -d -o hvac /site
USER hvac
VOLUME /site
ENTRYPOINT ["hvac-rl"]
CMD ["--help"]

FROM daemon AS building
USER root
RUN pip install --no-cache-dir --constraint constraints.txt '.[sim]'
USER hvac
# From elsewhere than the sources, so that the installed package is what gets compiled.
RUN cd / && python -m sim_buildings.compiled
