namespace Pylon.Ingestion.Series;

/// <summary>What storing did to the values given.</summary>
internal sealed record Stored(long New, long Changed, long Unchanged)
{
    public static readonly Stored Nothing = new(0, 0, 0);

    public static Stored operator +(Stored a, Stored b) => new(a.New + b.New, a.Changed + b.Changed, a.Unchanged + b.Unchanged);
}
