namespace Pylon.Forecasting.Planning.Series;

/// <summary>An expected refusal of a series or a query.</summary>
/// <param name="Reason">One of the constants of this type; stable.</param>
/// <param name="Field">What is wrong, in snake_case: "duration".</param>
/// <param name="Rule">What is allowed, for example "must be 1 or more".</param>
public sealed record PlanRefusal(string Reason, string Field, string Rule)
{
    /// <summary>A value is outside of what is allowed.</summary>
    public const string FieldInvalid = "FIELD_INVALID";

    /// <summary>From the arrival to the end of the series are fewer steps than the duration.</summary>
    public const string SeriesTooShort = "SERIES_TOO_SHORT";

    public static PlanRefusal Invalid(string field, string rule) => new(FieldInvalid, field, rule);

    /// <param name="left">Steps from the arrival to the end.</param>
    /// <param name="duration">Steps asked for.</param>
    public static PlanRefusal TooShort(int left, int duration) =>
        new(SeriesTooShort, "duration", $"must be at most the {left} steps from the arrival to the end of the series, but is {duration}");
}
