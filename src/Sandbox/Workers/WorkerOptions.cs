using System.Globalization;

namespace Pylon.Sandbox.Workers;

/// <summary>Settings of the workers, from the environment.</summary>
/// <param name="Pylon">The Gateway; null when there are no workers.</param>
/// <param name="PartMs">How many milliseconds a part of a phase takes.</param>
/// <param name="PartKwh">How many kWh it says to have taken.</param>
internal sealed record WorkerOptions(Uri? Pylon, int PartMs, double PartKwh)
{
    public const double MostKwh = 1_000_000;
    public const int LongestPart = 600_000;
    private const int DefaultPart = 200;
    private const double DefaultKwh = 0.5;

    public static WorkerOptions Read(IConfiguration settings)
    {
        var on = settings["SANDBOX_WORKERS"] switch
        {
            null or "" or "on" => true,
            "off" => false,
            var other => throw new InvalidOperationException($"SANDBOX_WORKERS is '{other}': must be on or off"),
        };
        var part = settings["SANDBOX_PART_MS"] switch
        {
            null or "" => DefaultPart,
            var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms <= LongestPart => ms,
            var other => throw new InvalidOperationException($"SANDBOX_PART_MS is '{other}': must be milliseconds from 0 to {LongestPart}"),
        };
        var kwh = settings["SANDBOX_PART_KWH"] switch
        {
            null or "" => DefaultKwh,
            var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= MostKwh => number,
            var other => throw new InvalidOperationException($"SANDBOX_PART_KWH is '{other}': must be kWh from 0 to {MostKwh}"),
        };
        return new WorkerOptions(on ? Url(settings["PYLON_URL"]) : null, part, kwh);
    }

    private static Uri? Url(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        return Uri.TryCreate(text.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw new InvalidOperationException($"PYLON_URL is '{text}': must be the address of the Gateway, for example http://127.0.0.1:8080");
    }
}
