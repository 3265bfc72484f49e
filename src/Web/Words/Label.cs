namespace Pylon.Web.Words;

/// <summary>A state in words, and how it looks: good, wait, bad or plain.</summary>
public sealed record Label(string Text, string Tone)
{
    public static Label Good(string text) => new(text, "good");

    public static Label Wait(string text) => new(text, "wait");

    public static Label Bad(string text) => new(text, "bad");

    public static Label Plain(string text) => new(text, "plain");
}
