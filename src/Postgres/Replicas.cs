namespace Pylon.Postgres;

/// <summary>How many processes there are of each service that keeps state in PostgreSQL: the setting PYLON_REPLICAS.</summary>
internal sealed class Replicas
{
    public const string Setting = "PYLON_REPLICAS";

    private const int Most = 1000;
    private static readonly string[] Services = ["ingestion", "orchestrator", "conductor", "insights"];

    private readonly Dictionary<string, int> _counts = Services.ToDictionary(service => service, _ => 1, StringComparer.Ordinal);

    public int Total => _counts.Values.Sum();

    /// <param name="text">For example <c>orchestrator=4,insights=2</c>; one of each that it does not name.</param>
    /// <exception cref="FormatException">It is anything else; the message names the setting.</exception>
    public static Replicas Parse(string? text)
    {
        var replicas = new Replicas();
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var pair = part.Split('=', StringSplitOptions.TrimEntries);
            if (pair.Length != 2 || !replicas._counts.ContainsKey(pair[0]) || !int.TryParse(pair[1], out var count) || count is < 0 or > Most)
                throw new FormatException($"{Setting} is '{text}': must be services of {string.Join(", ", Services)} with a number from 0 to {Most}, for example orchestrator=4,insights=2");
            replicas._counts[pair[0]] = count;
        }

        return replicas;
    }
}
