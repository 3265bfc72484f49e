using Microsoft.Extensions.Options;

namespace Pylon.ServiceDefaults;

/// <summary>The start failures that the operator can correct, each in one line and once.</summary>
internal static class StartFailure
{
    /// <summary>Empty for any other exception.</summary>
    public static IReadOnlyList<string> Explain(Exception exception) => exception switch
    {
        OptionsValidationException settings => settings.Failures.ToList(),
        AggregateException many => many.InnerExceptions.Select(Explain).ToList() is var each && each.All(lines => lines.Count > 0)
            ? each.SelectMany(lines => lines).Distinct(StringComparer.Ordinal).ToList()
            : [],
        IOException { InnerException: Microsoft.AspNetCore.Connections.AddressInUseException } port => [port.Message],
        _ => [],
    };
}
