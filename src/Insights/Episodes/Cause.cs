namespace Pylon.Insights.Episodes;

/// <summary>Why an entity emits more than is normal.</summary>
internal static class Cause
{
    /// <summary>It does more.</summary>
    public const string Activity = "activity";

    /// <summary>It needs more for each unit of output.</summary>
    public const string Efficiency = "efficiency";

    /// <summary>Its electricity is dirtier.</summary>
    public const string Grid = "grid";

    /// <summary>Its fuel or vehicle is another one, or its reports differ from the model.</summary>
    public const string Factor = "factor";

    /// <summary>A value is impossible.</summary>
    public const string Data = "data";
}
