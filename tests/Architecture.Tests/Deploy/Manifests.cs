using System.Reflection;
using k8s;
using k8s.Models;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Pylon.Architecture.Tests.Deploy;

/// <summary>
/// The files under deploy, read strictly: a field that does not exist, or is there twice, is an error. An overlay is its base with its own
/// files; patches are read as what they patch.
/// </summary>
internal sealed class Manifests
{
    public static readonly string Folder = Path.Combine(Checkout.Directory, "deploy");

    private static readonly Dictionary<string, Type> Keda = new()
    {
        ["keda.sh/v1alpha1/ScaledObject"] = typeof(ScaledObject),
        ["keda.sh/v1alpha1/TriggerAuthentication"] = typeof(TriggerAuthentication),
    };

    private static readonly IDeserializer Yaml = new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).WithDuplicateKeyChecking().Build();

    private Manifests(IReadOnlyList<object> objects, IReadOnlyList<object> patches, IReadOnlyDictionary<string, string> settings, IReadOnlyDictionary<string, string> secrets, IReadOnlyList<string> files, IReadOnlyList<KustomizeImage> images) =>
        (Objects, Patches, Settings, Secrets, Files, Images) = (objects, patches, settings, secrets, files, images);

    public IReadOnlyList<object> Objects { get; }

    public IReadOnlyList<object> Patches { get; }

    /// <summary>Of the ConfigMap pylon.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>Of the Secret pylon, where the overlay makes it.</summary>
    public IReadOnlyDictionary<string, string> Secrets { get; }

    /// <summary>All that are read.</summary>
    public IReadOnlyList<string> Files { get; }

    public IReadOnlyList<KustomizeImage> Images { get; }

    public IReadOnlyList<T> All<T>() => [.. Objects.OfType<T>()];

    /// <summary>The Deployments of our services, by name.</summary>
    public IReadOnlyDictionary<string, V1Deployment> Services => All<V1Deployment>().Where(one => Code.Ports.ContainsKey(one.Metadata.Name)).ToDictionary(one => one.Metadata.Name);

    public IReadOnlyList<V1PodTemplateSpec> Pods => [.. All<V1Deployment>().Select(one => one.Spec.Template), .. All<V1Job>().Select(one => one.Spec.Template)];

    public static Manifests Base { get; } = Read("base");

    public static Manifests Dev { get; } = Read("overlays/dev");

    public static Manifests Prod { get; } = Read("overlays/prod");

    public static IReadOnlyList<object> Parse(string yaml) => [.. KubernetesYaml.LoadAllFromString(yaml, Keda, strict: true)];

    public static T Parse<T>(string yaml) => Yaml.Deserialize<T>(new MergingParser(new Parser(new StringReader(yaml))));

    public static string Text(string path) => File.ReadAllText(Path.Combine(Folder, path));

    public static string NameOf(object item) => ((V1ObjectMeta)item.GetType().GetProperty("Metadata", BindingFlags.Public | BindingFlags.Instance)!.GetValue(item)!).Name;

    private static Manifests Read(string folder)
    {
        var kustomization = Parse<Kustomization>(Text($"{folder}/kustomization.yaml"));
        var below = kustomization.Resources.Where(resource => !resource.EndsWith(".yaml", StringComparison.Ordinal)).Select(resource => Read(Relative(folder, resource))).ToList();
        var own = kustomization.Resources.Where(resource => resource.EndsWith(".yaml", StringComparison.Ordinal)).Select(resource => Relative(folder, resource)).ToList();
        var patches = kustomization.Patches.Select(patch => Relative(folder, patch.Path)).ToList();
        var (settings, secrets) = (kustomization.ConfigMapGenerator.SelectMany(one => one.Envs), kustomization.SecretGenerator.SelectMany(one => one.Envs));
        return new(
            [.. below.SelectMany(one => one.Objects), .. own.SelectMany(file => Parse(Text(file)))],
            [.. below.SelectMany(one => one.Patches), .. patches.SelectMany(file => Parse(Text(file)))],
            Merged([.. below.Select(one => one.Settings), .. settings.Select(file => Variables(Relative(folder, file)))]),
            Merged([.. below.Select(one => one.Secrets), .. secrets.Select(file => Variables(Relative(folder, file)))]),
            [.. below.SelectMany(one => one.Files), .. own, .. patches, .. settings.Concat(secrets).Select(file => Relative(folder, file)), $"{folder}/kustomization.yaml"],
            kustomization.Images);
    }

    private static string Relative(string folder, string path) => Path.GetRelativePath(Folder, Path.GetFullPath(Path.Combine(Folder, folder, path)));

    private static Dictionary<string, string> Merged(IEnumerable<IReadOnlyDictionary<string, string>> parts)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in parts.SelectMany(part => part))
            all[name] = value;
        return all;
    }

    private static Dictionary<string, string> Variables(string file) =>
        Text(file).Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
}
