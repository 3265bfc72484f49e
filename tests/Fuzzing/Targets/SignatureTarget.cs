using Pylon.Signing;

namespace Pylon.Fuzzing.Targets;

/// <summary>
/// Authorization headers of Beckn. Each is refused with a code and a reason or read; what is read is written and read the
/// same again; and none verifies, because the signatures that the inputs are made of are those of another body.
/// </summary>
internal sealed class SignatureTarget() : FuzzTarget("signature")
{
    private const long Now = 1_767_225_600;

    // Of the bytes 0 to 31, so that an input can be made again.
    private static readonly SigningKey Key = SigningKey.TryParse("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")!;
    private static readonly VerificationKey PublicKey = VerificationKey.TryParse(Key.PublicKey)!;
    private static readonly byte[] Body = Utf8("""{"context":{"bpp_id":"bpp.example.com"},"message":{}}""");
    private static readonly string Good = Key.Sign(new SignerId("bpp.example.com", "k1"), Now, Now + 300, [.. Body, (byte)' ']).ToString();
    private static readonly string[] Names = ["keyId", "algorithm", "created", "expires", "headers", "signature", "digest", "KEYID", "", " ", "opaque"];

    private static readonly string[] Values =
    [
        "bpp.example.com|k1|ed25519", "a|b|c|d", "a|b", "||ed25519", "|", "../x|..|ed25519", "a,b=c|k\\\"1|ed25519", "ed25519", "rsa", "hs2019", "1767225600", "1767225900", "0", "-1", "1e9", "99999999999", "9223372036854775808", "",
        "(created) (expires) digest", "(created) (expires) digest request-signature", "digest", Convert.ToBase64String(new byte[64]), Convert.ToBase64String(new byte[63]), Convert.ToBase64String(new byte[65]), "====", new('A', 88), "\"", "\\\"", "a=\"b\",c=\"d\"", new('9', 900),
    ];

    private static readonly string[] Schemes = ["Signature ", "signature ", "Signature", "Basic ", "Bearer ", "Signature\t", "Signature  ", ""];

    public override FuzzInput Next(Random random) => random.Next(40) == 0
        ? new(Utf8(Good + new string(",= \"\0"[random.Next(5)], random.Next(1, 100_000))), 0)
        : random.Next(3) switch
        {
            0 => new(Utf8(Assembled(random)), 0),
            1 => new(Utf8(AnyJson.Text(random, 200)), 0),
            _ => new(Mutation.Of(random, Utf8(Good)), 0),
        };

    public override void Read(FuzzInput input)
    {
        if (SignatureHeader.TryParse(Text(input), out var header) is { } refusal)
        {
            Expect(header is null && refusal.Code.Length > 0 && refusal.Reason.Length > 0, "a refusal has a code and a reason");
            return;
        }

        Expect(SignatureHeader.TryParse(header!.ToString(), out var again) is null && again!.ToString() == header.ToString(), "what is read is read the same again");
        Expect(SignerId.IsUsable(header.Signer.Subscriber) && SignerId.IsUsable(header.Signer.Key), "the ids can be looked up");
        _ = header.OutOfTime(DateTimeOffset.FromUnixTimeSeconds(Now), TimeSpan.FromSeconds(5));
        Expect(!PublicKey.Verifies(header, Body), "no signature of another body is accepted");
    }

    // Mostly the good attributes, some of them others, some twice, some not at all.
    private static string Assembled(Random random)
    {
        var attributes = Good["Signature ".Length..].Split(',').ToList();
        for (var n = random.Next(0, 4); n > 0; n--)
        {
            var at = random.Next(attributes.Count);
            var other = $"{Names[random.Next(Names.Length)]}=\"{Values[random.Next(Values.Length)]}\"";
            switch (random.Next(4))
            {
                case 0:
                    attributes[at] = other;
                    break;
                case 1:
                    attributes[at] = $"{attributes[at].Split('=')[0]}=\"{Values[random.Next(Values.Length)]}\"";
                    break;
                case 2:
                    attributes.Insert(at, random.Next(2) == 0 ? other : attributes[at]);
                    break;
                default:
                    attributes.RemoveAt(at);
                    break;
            }

            if (attributes.Count == 0)
                break;
        }

        return Schemes[random.Next(3) == 0 ? random.Next(Schemes.Length) : 0] + string.Join(random.Next(4) == 0 ? ", " : ",", attributes);
    }
}
