using System.Text.Json;

namespace Pylon.Insights.Engines;

/// <summary>Reads the answers of an ML engine: a number that cannot be true is refused with the reason. Pure.</summary>
internal static class MlReader
{
    private const int LongestVersion = 100;
    private static readonly string[] Kilograms = ["kg", "kgco2", "kgco2e", "kgco2eq"];

    /// <summary>{co2_kg, model_version, confidence}.</summary>
    public static MlAnswer.Predicted? Prediction(JsonElement body, out EngineRefusal? refusal)
    {
        if (UnitOf(body, out refusal) is null
            || EngineJson.Number(EngineJson.Get(body, "co2_kg"), "co2_kg", 0, EngineJson.MostKg, out refusal) is not { } co2
            || VersionOf(body, out refusal) is not { } version)
        {
            return null;
        }

        var said = EngineJson.Get(body, "confidence");
        var confidence = said.ValueKind == JsonValueKind.Undefined ? null : EngineJson.Number(said, "confidence", 0, 1, out refusal);
        return refusal is null ? new MlAnswer.Predicted(co2, version, confidence) : null;
    }

    /// <summary>{forecast[7], confidence_low[7], confidence_high[7], model_version, horizon_days}, kg CO2e a day.</summary>
    public static MlForecast.Predicted? Forecast(JsonElement body, out EngineRefusal? refusal)
    {
        if (UnitOf(body, out refusal) is null
            || Days(body, "forecast", out refusal) is not { } forecast
            || Days(body, "confidence_low", out refusal) is not { } low
            || Days(body, "confidence_high", out refusal) is not { } high
            || VersionOf(body, out refusal) is not { } version)
        {
            return null;
        }

        for (var day = 0; day < MlForecast.Days; day++)
        {
            if (low[day] > forecast[day] || forecast[day] > high[day])
            {
                refusal = new EngineRefusal("bands", $"the forecast of its day {day + 1} is not between confidence_low and confidence_high");
                return null;
            }
        }

        return new MlForecast.Predicted(forecast, low, high, version);
    }

    private static double[]? Days(JsonElement body, string field, out EngineRefusal? refusal)
    {
        var value = EngineJson.Get(body, field);
        refusal = value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == MlForecast.Days
            ? null
            : new EngineRefusal("shape", $"its {field} is not an array of {MlForecast.Days} numbers");
        if (refusal is not null)
            return null;
        var days = new double[MlForecast.Days];
        for (var day = 0; day < days.Length; day++)
        {
            if (EngineJson.Number(value[day], field, 0, EngineJson.MostKg, out refusal) is not { } number)
                return null;
            days[day] = (double)number;
        }

        return days;
    }

    // The protocol has no unit; an engine that gives one must mean kilograms.
    private static string? UnitOf(JsonElement body, out EngineRefusal? refusal)
    {
        refusal = null;
        var unit = EngineJson.Get(body, "unit");
        if (unit.ValueKind == JsonValueKind.Undefined)
            return "kg";
        var text = EngineJson.Text(unit).Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();
        if (Kilograms.Contains(text))
            return text;
        refusal = new EngineRefusal("unit", "the unit of its answer is not kg");
        return null;
    }

    private static string? VersionOf(JsonElement body, out EngineRefusal? refusal)
    {
        var text = EngineJson.Text(EngineJson.Get(body, "model_version"));
        refusal = text.Length is > 0 and <= LongestVersion && text.All(c => c is > ' ' and <= '~')
            ? null
            : new EngineRefusal("model_version", $"its model_version is not a text of 1 to {LongestVersion} printable ASCII characters without spaces");
        return refusal is null ? text : null;
    }
}
