# The wheel of this very commit on Debian's slim Python, run as a user of its own. compose.yaml says how.
FROM python:3.12-slim AS build
WORKDIR /src
RUN pip install --no-cache-dir hatchling
COPY pyproject.toml README.md LICENSE requirements.lock ./
COPY crawler crawler
COPY pipelines pipelines
COPY storage storage
RUN pip wheel --no-cache-dir --no-deps --no-build-isolation -w /wheels .
# pip takes no hashes for the wheel that was just built, so the lock file gives the versions only.
RUN sed -e '/^ *--hash=/d' -e 's/ *\\$//' requirements.lock > /versions.txt \
 && python -m venv /opt/kiji \
 && /opt/kiji/bin/pip install --no-cache-dir "$(ls /wheels/*.whl)[postgresql,pages,alerts,exports]" -c /versions.txt

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home --home-dir /data kiji
COPY --from=build /opt/kiji /opt/kiji
ENV PATH=/opt/kiji/bin:$PATH LANG=C.UTF-8 PYTHONUTF8=1 KIJI_LOG_FORMAT=json KIJI_CONFIG=/etc/kiji/kiji.toml
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8700
ENTRYPOINT ["kiji"]
CMD ["crawl"]
