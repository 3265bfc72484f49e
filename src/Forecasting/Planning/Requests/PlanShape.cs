namespace Pylon.Forecasting.Planning.Requests;

/// <summary>How the steps of a job may lie.</summary>
public enum PlanShape
{
    /// <summary>One after the other.</summary>
    Consecutive,

    /// <summary>Any steps, in runs of at least <see cref="PlanRequest.MinPiece"/>.</summary>
    Interruptible,
}
