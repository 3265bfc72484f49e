using System.Text.Json;

namespace Pylon.Orchestrator.Beckn;

/// <summary>The answer to one of our messages.</summary>
internal sealed record BecknAnswer(Guid MessageId, JsonElement Body);
