using System.Net.Http.Headers;

namespace Pylon.Ingestion.Clients;

/// <summary>
/// The latest bodies of a source with their ETag or Last-Modified, for conditional requests. Number and size are bounded;
/// a source without either header costs nothing.
/// </summary>
internal sealed class KnownBodies
{
    private const int MostBodies = 32;
    private const int MostCharacters = 8 * 1024 * 1024;
    private readonly LinkedList<KnownBody> _bodies = [];
    private int _characters;

    public KnownBody? Find(string path) => _bodies.FirstOrDefault(b => b.Path == path);

    public void Keep(string path, string body, HttpResponseMessage response)
    {
        if (Find(path) is { } old)
            Forget(old);
        if ((response.Headers.ETag is null && response.Content.Headers.LastModified is null) || body.Length > MostCharacters)
            return;
        _bodies.AddLast(new KnownBody(path, body, response.Headers.ETag, response.Content.Headers.LastModified));
        _characters += body.Length;
        while (_bodies.Count > MostBodies || _characters > MostCharacters)
            Forget(_bodies.First!.Value);
    }

    private void Forget(KnownBody body)
    {
        _bodies.Remove(body);
        _characters -= body.Body.Length;
    }
}

/// <summary>A body with its ETag or Last-Modified.</summary>
internal sealed record KnownBody(string Path, string Body, EntityTagHeaderValue? Tag, DateTimeOffset? LastModified)
{
    public void AskForChange(HttpRequestHeaders headers)
    {
        if (Tag is not null)
            headers.IfNoneMatch.Add(Tag);
        else
            headers.IfModifiedSince = LastModified;
    }
}
