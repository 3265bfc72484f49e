using System.Runtime.InteropServices;

namespace Pylon.Ingestion.Settlement;

/// <summary>
/// A half hour of the electricity market, counted from midnight in London, so a day has 48, or 46 when the clocks go forward and
/// 50 when they go back (BSC section K; Elexon's glossary, "Settlement Period").
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SettlementPeriod(DateOnly Date, int Number)
{
    /// <summary>In UTC.</summary>
    public DateTimeOffset Start => London.Midnight(Date) + ((Number - 1) * HalfHour.Length);

    public DateTimeOffset End => Start + HalfHour.Length;

    /// <summary>46, 48 or 50.</summary>
    public static int CountOn(DateOnly date) => (int)((London.Midnight(date.AddDays(1)) - London.Midnight(date)) / HalfHour.Length);

    /// <summary>Null when the day has no such period.</summary>
    public static SettlementPeriod? Of(DateOnly date, int number) =>
        number >= 1 && number <= CountOn(date) ? new SettlementPeriod(date, number) : null;

    public static SettlementPeriod Containing(DateTimeOffset moment)
    {
        var date = London.DateOf(moment);
        return new SettlementPeriod(date, (int)((moment - London.Midnight(date)) / HalfHour.Length) + 1);
    }

    public override string ToString() => $"{Date:yyyy-MM-dd}/{Number}";
}
