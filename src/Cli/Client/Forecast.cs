using System.Text.Json.Serialization;

namespace Pylon.Cli.Client;

/// <summary>What <c>GET /api/v1/grid/forecast</c> answers.</summary>
internal sealed record ForecastAnswer(IReadOnlyList<ForecastPoint>? Points = null, int HalfHoursMissing = 0, int HistoryHours = 0, int HistoryHoursMissing = 0);

/// <summary>One half hour.</summary>
internal sealed record ForecastPoint(
    Window Window,
    double Value = 0,
    string CarbonIndex = "",
    string Source = "",
    string Model = "",
    bool Stale = false,
    [property: JsonPropertyName("band_80")] ForecastBand? Band80 = null,
    [property: JsonPropertyName("band_95")] ForecastBand? Band95 = null,
    DateTimeOffset? AsKnownAt = null);

/// <summary>A range round a value.</summary>
internal sealed record ForecastBand(double Lower = 0, double Upper = 0);

/// <summary>What <c>GET /api/v1/grid/forecast-accuracy</c> answers.</summary>
internal sealed record AccuracyAnswer(IReadOnlyList<ForecastAccuracy>? Accuracy = null);

/// <summary>The errors of one kind of forecast over 6 hours ahead.</summary>
internal sealed record ForecastAccuracy(
    int FromHour = 0,
    int ToHour = 0,
    string Model = "",
    long Pairs = 0,
    double MeanAbsoluteError = 0,
    double MeanError = 0,
    double SmapePercent = 0,
    [property: JsonPropertyName("coverage_80_percent")] double? Coverage80Percent = null,
    [property: JsonPropertyName("coverage_95_percent")] double? Coverage95Percent = null,
    double? NaiveMeanAbsoluteError = null);
