using System.ComponentModel.DataAnnotations;

namespace Pylon.Orchestrator.Stress;

/// <summary>
/// Between which demands of Great Britain the grid stress grows from 0 to 1, in decision contexts and in v_system_state.
/// Section GridStress. What Ingestion keeps in its table grid_signals is always between 20,000 and 45,000 MW.
/// </summary>
internal sealed class GridStressOptions : IValidatableObject
{
    /// <summary>The demand of Great Britain that is no grid stress, MW.</summary>
    [Range(0, 200_000)]
    public double NoStressMw { get; set; } = 20_000;

    /// <summary>The demand that is full grid stress, MW.</summary>
    [Range(1, 200_000)]
    public double FullStressMw { get; set; } = 45_000;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (FullStressMw <= NoStressMw)
            yield return new ValidationResult("must be more than GridStress__NoStressMw", [nameof(FullStressMw)]);
    }
}
