using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults.Configuration;

namespace Pylon.ServiceDefaults.Start;

/// <summary>A setting without which a process does not start in production.</summary>
/// <param name="Why">The end of a sentence: "callbacks must be verified".</param>
/// <param name="Keys">The configuration keys of which one is enough, for example <c>BecknRegistry:Url</c>; the message has the names that people write.</param>
/// <param name="OffLoopback">True for one that is also needed where other machines reach the process.</param>
internal sealed record StartRequirement(string Why, IReadOnlyList<string> Keys, bool OffLoopback)
{
    public string Message =>
        $"{string.Join(" or ", Keys.Select(SettingAliases.NameOf))}: is required in {Stage.Setting}=Production{(OffLoopback ? $" and where {BindSetting} is not loopback" : "")}, because {Why}";

    private const string BindSetting = "PYLON_BIND";

    public bool IsMet(IConfiguration configuration) => Keys.Any(key => !string.IsNullOrWhiteSpace(configuration[key])) || !IsNeeded(configuration);

    private bool IsNeeded(IConfiguration configuration) =>
        configuration.IsProduction() || (OffLoopback && IPAddress.TryParse(configuration[BindSetting], out var address) && !IPAddress.IsLoopback(address));
}

/// <summary>The one list of what a start in production needs; each part adds its own. All that is missing is named in one message.</summary>
public static class StartRequirements
{
    /// <summary>Adds a setting that must not be empty, or several of which one must not.</summary>
    public static IServiceCollection AddStartRequirement(this IServiceCollection services, string why, params IReadOnlyList<string> keys) =>
        services.AddSingleton(new StartRequirement(why, keys, OffLoopback: false));

    /// <summary>The same for a setting that is also needed where other machines reach the process.</summary>
    public static IServiceCollection AddReachableRequirement(this IServiceCollection services, string why, params IReadOnlyList<string> keys) =>
        services.AddSingleton(new StartRequirement(why, keys, OffLoopback: true));

    /// <summary>Checks the list at the start of the host.</summary>
    internal static void AddCheck(IServiceCollection services) =>
        services.AddOptions<Checked>().Configure<IConfiguration, IEnumerable<StartRequirement>>((_, configuration, requirements) =>
        {
            if (Failures(configuration, requirements) is { Count: > 0 } failures)
                throw new OptionsValidationException(Stage.Setting, typeof(StartRequirement), failures);
        }).ValidateOnStart();

    private static List<string> Failures(IConfiguration configuration, IEnumerable<StartRequirement> requirements) =>
        Stage.Failure(configuration) is { } wrong ? [wrong] : [.. requirements.Where(one => !one.IsMet(configuration)).Select(one => one.Message).Distinct(StringComparer.Ordinal)];

    /// <summary>Carries the check; it holds nothing.</summary>
    private sealed class Checked;
}
