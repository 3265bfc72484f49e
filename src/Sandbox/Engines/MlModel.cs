using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Engines;

/// <summary>A made-up model: plain factors, so that equal features get equal answers.</summary>
internal static class MlModel
{
    public const int Days = 7;

    /// <summary>The four kinds of the protocol.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["logistics", "factory", "warehouse", "delivery"];

    /// <summary>kg CO2e; null when a feature that it needs is missing, which <paramref name="missing"/> names.</summary>
    public static double? Predict(string kind, JObject features, out string missing)
    {
        missing = "";
        switch (kind)
        {
            case "logistics":
                return Needed("distance_km", ref missing) * Needed("load_kg", ref missing) / 1000 * 0.1;
            case "delivery":
                return Needed("route_length", ref missing) * 0.25 * (1 + (((double?)Json.Number(features, "traffic_score") ?? 3) - 3) * 0.02);
            default:
                return Needed("energy_kwh", ref missing) * 0.2;
        }

        double? Needed(string name, ref string missing)
        {
            if (Json.Number(features, name) is { } number)
                return (double)number;
            missing = name;
            return null;
        }
    }

    /// <summary>The last week again, or the mean of a shorter history.</summary>
    public static double[] Forecast(IReadOnlyList<double> history) =>
        history.Count >= Days ? [.. history.TakeLast(Days)] : [.. Enumerable.Repeat(history.Average(), Days)];
}
