using Microsoft.Extensions.Options;

namespace Pylon.Postgres;

/// <summary>Where PostgreSQL is: the settings PYLON_POSTGRES, PYLON_POSTGRES_DIRECT, PYLON_POSTGRES_OWNER and PYLON_REPLICAS.</summary>
internal sealed class PostgresOptions
{
    /// <summary>
    /// As the service connects. Each connection keeps up to 100 statements prepared and is not reset when it returns to the
    /// pool; <c>max_auto_prepare=0</c> and <c>no_reset_on_close=false</c> in the URI change that, as a pooler may need.
    /// </summary>
    public string? Server { get; set; }

    /// <summary>PostgreSQL itself, for what belongs to a session, where <see cref="Server"/> is a pooler; else null. With it nothing is prepared through <see cref="Server"/>.</summary>
    public string? Direct { get; set; }

    /// <summary>As its migrations connect; null for the same.</summary>
    public string? Owner { get; set; }

    /// <summary>How many processes share the server; null for one of each service.</summary>
    public string? Replicas { get; set; }

    public Replicas ReadReplicas() => Postgres.Replicas.Parse(Replicas);
}

internal sealed class PostgresOptionsCheck : IValidateOptions<PostgresOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        try
        {
            PostgresFeature.ConnectionString(options.Server, "public");
            if (options.Direct is not null)
                PostgresFeature.ConnectionString(options.Direct, "public", PostgresFeature.DirectSetting);
            if (options.Owner is not null)
                PostgresFeature.ConnectionString(options.Owner, "public", PostgresFeature.OwnerSetting);
            options.ReadReplicas();
            return ValidateOptionsResult.Success;
        }
        catch (FormatException e)
        {
            return ValidateOptionsResult.Fail(e.Message);
        }
    }
}
