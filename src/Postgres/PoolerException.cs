using Microsoft.Extensions.Options;

namespace Pylon.Postgres;

/// <summary>What is said to be PostgreSQL is a pooler that pools transactions: LISTEN and the locks of sessions do not work through it.</summary>
public sealed class PoolerException(string? host, int port) : OptionsValidationException(
    PostgresFeature.DirectSetting,
    typeof(PostgresOptions),
    [$"{PostgresFeature.DirectSetting}: is required, because {host}:{port} is a pooler of transactions: LISTEN and the locks of runs, scans and migrations do not work through it; give the address of PostgreSQL itself"]);
