using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using BrowserFarm.Extraction;

namespace BrowserFarm.Tests.Extraction;

public sealed class ComposedTreeTests
{
    [Theory]
    [InlineData("<x-a><template shadowrootmode=open><h2>own</h2></template>unseen</x-a>", "own")]
    [InlineData("<x-a><template shadowrootmode=open><h2>own</h2><slot></slot>!</template>given <b>too</b></x-a>", "own|given |too|!")]
    [InlineData("<x-a><template shadowrootmode=open><slot name=s>none</slot><slot>rest</slot></template><i slot=s>named</i></x-a>", "named|rest")]
    [InlineData("<x-a><template shadowrootmode=open><slot name=s>none</slot></template>  </x-a>", "none")]
    [InlineData("<x-a><template shadowrootmode=open><x-b><template shadowrootmode=open>[<slot></slot>]</template><slot></slot></x-b></template>deep</x-a>", "[|deep|]")]
    [InlineData("<template><p>no root</p></template><p>x", "x")]
    public void Compose_Components_AreAsReadersSeeThem(string html, string texts)
    {
        var document = new HtmlParser().ParseDocument(html);

        ComposedTree.Compose(document);

        document.Body!.Descendants<IText>().Select(text => text.Data).Where(text => text.Trim().Length > 0).Should().Equal(texts.Split('|'));
    }
}
