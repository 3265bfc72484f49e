using Microsoft.Extensions.Options;

namespace Pylon.Postgres;

/// <summary>Where PostgreSQL is: the setting PYLON_POSTGRES.</summary>
internal sealed class PostgresOptions
{
    public string? Server { get; set; }
}

internal sealed class PostgresOptionsCheck : IValidateOptions<PostgresOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        try
        {
            PostgresFeature.ConnectionString(options.Server, "public");
            return ValidateOptionsResult.Success;
        }
        catch (FormatException e)
        {
            return ValidateOptionsResult.Fail(e.Message);
        }
    }
}
