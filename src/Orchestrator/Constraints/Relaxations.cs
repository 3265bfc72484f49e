using Google.Protobuf.WellKnownTypes;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Constraints;

/// <summary>
/// Why constraints leave fewer than three options, and which of their nearest relaxations leave three. Each relaxation is
/// evaluated again before it is told, with the value that is told. Pure.
/// </summary>
internal static class Relaxations
{
    private const int OptionCount = 3;

    // The order in which constraints are told.
    private static readonly Constraint[] All =
    [
        Constraint.CarbonCap, Constraint.MaxTotalGco2, Constraint.MaxPrice, Constraint.Deadline, Constraint.Delay, Constraint.Load, Constraint.Operator,
    ];

    /// <summary>Null when also without constraints there are fewer than three options.</summary>
    /// <param name="limits">That leave too few.</param>
    /// <param name="places">All places and times that are known, whatever they break.</param>
    /// <param name="evaluate">How many options limits leave.</param>
    /// <param name="now">When it is evaluated.</param>
    public static Infeasibility? Find(Limits limits, IReadOnlyList<Place> places, Func<Limits, int> evaluate, DateTimeOffset now)
    {
        var broken = places.SelectMany(p => Judgement.Broken(limits, p, now)).CountBy(b => b.Constraint).ToDictionary();
        var constraints = All.Where(broken.ContainsKey).ToList();
        if (evaluate(Without(limits, constraints)) < OptionCount)
            return null;
        var alone = constraints.Select(c => (Constraint: c, Value: Nearest(c, limits, limits, places, evaluate)))
            .Where(r => r.Value.Found)
            .OrderBy(r => Distance(r.Constraint, limits, r.Value.Value, now))
            .ToList();
        IReadOnlyList<Relaxation> relaxations = alone.Count > 0
            ? [.. alone.Select(r => Told([Change(r.Constraint, r.Value.Value)]))]
            : [Together(limits, constraints, places, evaluate)];
        return new Infeasibility
        {
            BindingConstraint = alone.Count > 0 ? alone[0].Constraint : Constraint.Unspecified,
            OptionsLeft = evaluate(limits),
            Broken = { constraints.Select(c => new BrokenConstraint { Constraint = c, Count = broken[c], Considered = places.Count }) },
            Relaxations = { relaxations },
            EvaluatedAt = now.ToTimestamp(),
            NextStep = NextStep(relaxations[0]),
        };
    }

    /// <summary>The failure in words.</summary>
    public static string Reason(Infeasibility found, Limits limits)
    {
        var broken = string.Join("; ", found.Broken.Select(b => $"{Name(b.Constraint)} {Text(b.Constraint, limits)} is broken by {b.Count} of {b.Considered} places and times"));
        var which = found.BindingConstraint == Constraint.Unspecified
            ? "several constraints have to be relaxed together"
            : $"the constraint that binds is {Name(found.BindingConstraint)} {Text(found.BindingConstraint, limits)}";
        return $"three options cannot be offered, the constraints leave {found.OptionsLeft}: {which}. {found.Relaxations[0].Text} would leave three. ({broken}.)";
    }

    /// <summary>The constraints in words, for a summary.</summary>
    public static IEnumerable<string> Describe(Limits limits) =>
        All.Where(c => c == Constraint.Operator ? limits.Operator is not null : limits.ValueOf(c) is not null).Select(c => $"{Name(c)} {Text(c, limits)}");

    public static string Name(Constraint constraint) => constraint switch
    {
        Constraint.CarbonCap => "carbon_cap_gco2",
        Constraint.MaxTotalGco2 => "max_total_gco2",
        Constraint.MaxPrice => "max_price_gbp",
        Constraint.Deadline => "deadline",
        Constraint.Delay => "deferral_window_mins",
        Constraint.Load => "compute_load_mw",
        Constraint.Operator => "the operator's constraints",
        _ => "",
    };

    /// <summary>The nearest value that leaves three, with all other limits as they are; null as value removes the constraint.</summary>
    private static (bool Found, double? Value) Nearest(
        Constraint constraint, Limits asked, Limits others, IReadOnlyList<Place> places, Func<Limits, int> evaluate)
    {
        if (constraint != Constraint.Operator && asked.ValueOf(constraint) is { } limit)
        {
            var values = places.Select(p => Judgement.Needed(constraint, asked, p)).OfType<double>().Distinct();
            IEnumerable<double> farther = constraint == Constraint.Load
                ? values.Where(v => v < limit).OrderDescending()
                : values.Where(v => v > limit).Order();
            foreach (var value in farther)
            {
                if (evaluate(others.With(constraint, value)) == OptionCount)
                    return (true, value);
            }
        }

        return (evaluate(others.With(constraint, null)) == OptionCount, null);
    }

    /// <summary>From no constraint at all, each is set back as near to its value as leaves three.</summary>
    private static Relaxation Together(Limits limits, IReadOnlyList<Constraint> constraints, IReadOnlyList<Place> places, Func<Limits, int> evaluate)
    {
        var relaxed = Without(limits, constraints);
        var changes = new List<ConstraintChange>();
        foreach (var constraint in constraints)
        {
            var asked = constraint == Constraint.Operator ? relaxed with { Operator = limits.Operator } : relaxed.With(constraint, limits.ValueOf(constraint));
            if (evaluate(asked) == OptionCount)
            {
                relaxed = asked;
                continue;
            }

            var value = Nearest(constraint, limits, relaxed, places, evaluate).Value;
            relaxed = relaxed.With(constraint, value);
            changes.Add(Change(constraint, value));
        }

        return Told(changes);
    }

    private static Limits Without(Limits limits, IEnumerable<Constraint> constraints) => constraints.Aggregate(limits, (l, c) => l.With(c, null));

    /// <summary>How far a relaxation is, as a share of the constraint; to remove it is the farthest.</summary>
    private static double Distance(Constraint constraint, Limits limits, double? value, DateTimeOffset now) =>
        value is not { } to || limits.ValueOf(constraint) is not { } from ? double.PositiveInfinity
        : constraint switch
        {
            Constraint.Load => (from / to) - 1,
            Constraint.Deadline => (to - from) / Math.Max(from - now.ToUnixTimeMilliseconds(), 60_000),
            Constraint.Delay => (to - from) / Math.Max(from, 60),
            _ => (to / from) - 1,
        };

    private static ConstraintChange Change(Constraint constraint, double? value)
    {
        var change = new ConstraintChange { Constraint = constraint };
        if (value is not { } to)
            change.Removed = true;
        else if (constraint == Constraint.Deadline)
            change.Time = DateTimeOffset.FromUnixTimeMilliseconds((long)to).ToTimestamp();
        else
            change.Number = to;
        return change;
    }

    private static Relaxation Told(IReadOnlyList<ConstraintChange> changes)
    {
        var relaxation = new Relaxation { Changes = { changes } };
        relaxation.Text = string.Join(" and ", changes.Select(c => c.ValueCase switch
        {
            ConstraintChange.ValueOneofCase.Removed when c.Constraint == Constraint.Operator => "other constraints of the operator",
            ConstraintChange.ValueOneofCase.Removed => $"no {Name(c.Constraint)}",
            ConstraintChange.ValueOneofCase.Time => $"{Name(c.Constraint)} {c.Time.ToDateTime():yyyy-MM-dd'T'HH:mm:ss'Z'}",
            _ => $"{Name(c.Constraint)} {Number(c.Constraint, c.Number)}",
        }));
        return relaxation;
    }

    private static string NextStep(Relaxation nearest) =>
        nearest.Changes.Any(c => c.Constraint is Constraint.Operator or Constraint.Load)
            ? $"Submit it anew with other constraints: {nearest.Text} would leave three options now. Or replay it when more is offered."
            : $"Replay it with {nearest.Text}, which leaves three options now, or submit it anew with other constraints.";

    private static string Text(Constraint constraint, Limits limits) => constraint switch
    {
        Constraint.Deadline => $"{limits.Deadline?.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}",
        Constraint.Operator => $"({limits.Operator})",
        _ => limits.ValueOf(constraint) is { } value ? Number(constraint, value) : "",
    };

    private static string Number(Constraint constraint, double value) => constraint switch
    {
        Constraint.CarbonCap => $"{value:0.##} gCO2/kWh",
        Constraint.MaxTotalGco2 => $"{value:0.##} gCO2",
        Constraint.MaxPrice => $"{value:0.####} GBP",
        Constraint.Delay => $"{value:0.##} min",
        Constraint.Load => $"{value:0.######} MW",
        _ => $"{value}",
    };
}
