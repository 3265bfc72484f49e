using Pylon.Insights.Engines;

namespace Pylon.Insights.Advice;

/// <summary>An action of the external engine after its check.</summary>
/// <param name="Action">Its words.</param>
/// <param name="ClaimedKg">kg CO2e of the worst hour, 0 to what was emitted in it.</param>
/// <param name="Match">The measure of the playbook that it means; null when none matches.</param>
/// <param name="Status">claimed, agreed or disputed: see <see cref="ReductionStatus"/>.</param>
internal sealed record CheckedAction(RagAction Action, double ClaimedKg, MeasureSaving? Match, string Status);
