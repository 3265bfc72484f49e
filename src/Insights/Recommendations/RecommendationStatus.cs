namespace Pylon.Insights.Recommendations;

/// <summary>
/// The words for where a recommendation is.
/// <code>
/// pending ──► approved ──► implemented ──► verified | no_effect | worse | not_measurable
///    │
///    ├──────► rejected (a note says why)
///    └──────► expired (after 30 days)
/// </code>
/// </summary>
internal static class RecommendationStatus
{
    public const string Pending = "pending";
    public const string Approved = "approved";
    public const string Rejected = "rejected";
    public const string Implemented = "implemented";
    public const string Verified = "verified";
    public const string NoEffect = "no_effect";
    public const string Worse = "worse";
    public const string NotMeasurable = "not_measurable";
    public const string Expired = "expired";

    public static readonly IReadOnlyList<string> All = [Pending, Approved, Rejected, Implemented, Verified, NoEffect, Worse, NotMeasurable, Expired];
}
