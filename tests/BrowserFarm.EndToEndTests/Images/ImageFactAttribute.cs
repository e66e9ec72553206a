namespace BrowserFarm.EndToEndTests.Images;

/// <summary>A test of the image: skipped, loudly, where nothing can build or run one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ImageFactAttribute : FactAttribute
{
    private static readonly string[] Tools = ["buildah", "debootstrap", "runc", "npm"];

    public ImageFactAttribute()
    {
        var path = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        var missing = Tools.Where(tool => !path.Split(':').Any(folder => File.Exists(Path.Join(folder, tool)))).ToList();
        if (Environment.UserName != "root")
            Skip = "THE IMAGE IS NOT TESTED: building it without a container engine needs root.";
        else if (missing.Count > 0)
            Skip = $"THE IMAGE IS NOT TESTED: {string.Join(", ", missing)} missing. Run: apt-get install -y buildah debootstrap runc npm";
    }
}
