using Pylon.Insights.Entities;
using Pylon.Insights.Events;

namespace Pylon.Insights.Recording;

/// <summary>A good event with all that is computed of it, ready to be recorded.</summary>
/// <param name="Place">Of its candidate.</param>
/// <param name="Content">See <see cref="NewEvent.Content"/>.</param>
internal sealed record PreparedEvent(int Place, NewEvent Event, Guid Content, EntityKey Entity, EventFigures Figures)
{
    /// <summary>What counts, kg CO2e: what the sender reports, else what the model says.</summary>
    public double Co2Kg => Event.ReportedKg ?? Figures.PredictedKg ?? 0;
}
