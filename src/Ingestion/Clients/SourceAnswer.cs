using System.Net;

namespace Pylon.Ingestion.Clients;

/// <summary>What a source answered.</summary>
internal sealed record SourceAnswer(HttpStatusCode Status, string Body);
