using System.Net.Http.Headers;

namespace Pylon.Ingestion.Runs;

/// <summary>
/// What a source answered last to a path and how it named that state, so that it need not send the same again. Only the
/// latest are kept, and no more than so much text; a source that names no states costs nothing.
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

/// <summary>A body with the name or the time of its state.</summary>
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
