using Pylon.Insights.Playbook;

namespace Pylon.Insights.Outcomes;

/// <summary>
/// What the daily ratio of actual to expected compares, by the lever of the measure. Each expects the factor of the day, so
/// that a cleaner grid is not booked as a success.
/// </summary>
internal static class OutcomeBasis
{
    /// <summary>The activity, with the frozen activity of the hours of that day.</summary>
    public const string Activity = "activity";

    /// <summary>The activity for each unit of output, with the frozen one.</summary>
    public const string Efficiency = "efficiency";

    /// <summary>The emissions for each unit of activity, with the frozen mix of vehicles and fuels.</summary>
    public const string Factor = "factor";

    /// <summary>When the activity is: its factor, with that which the frozen hours would have had on the same day.</summary>
    public const string Profile = "profile";

    /// <summary>Null: one entity cannot show the effect.</summary>
    /// <param name="lever">See <see cref="MeasureLever.Key"/>; null when the measure is not of the playbook.</param>
    /// <param name="hasOutput">True when the frozen baseline knows the activity for each unit of output.</param>
    public static string? Of(string? lever, bool hasOutput) => (lever is null ? null : MeasureLever.NameOf(lever)) switch
    {
        MeasureLever.ModeShift or MeasureLever.Vehicle or MeasureLever.AirToSea or MeasureLever.LoadFactor => Factor,
        MeasureLever.TimeShift => Profile,
        MeasureLever.Efficiency or MeasureLever.Distance => hasOutput ? Efficiency : Activity,
        // The work, and what it emits, is at another entity then.
        MeasureLever.ZoneShift or MeasureLever.None => null,
        _ => Activity,
    };
}
