"""Words that may stand in a name and identify nobody: they are left as they are when names are replaced."""


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# Of Kubernetes, Cilium, AWS and their messages; and what half of all teams call their things.
WORDS = words(
    """
    k8s sh v1 v1beta1 v1alpha1 v2 v2alpha1 v1beta2 v1beta3
    access account active add added addon addons address addresses admission agent agents
    alb all allocate allocated amazon amazonaws amd64 and any api apis apiserver app apps arm64 arn
    assign assigned assume assumed attach attached auth available aws backend balancer block blocks
    bottlerocket bound bpf busy calico cannot cert certificate certmanager certs chaining check cidr
    cidrs cilium class clean client cloud cluster clusters cni com compute condition config configmap
    configured connect connection connectivity container containers control controller controllers core
    coredns count cpu crd create created creating csi daemon daemonset data deadline debug default delay
    delegation delete deleted  denied deny deployment describe desired detach dev device did direct
    disabled disk dns does down drain driver ds dual ebs ec2 egress eks eksctl elastic
    elasticloadbalancing elb empty enable enabled encryption endpoint endpoints eni enis envoy error
    etcd event events evicted exceeded exec exists expired external fail failed failing failure false
    fargate file filesystem finished for found free from frozenset( full gateway geneve get gid global
    group groups gvisor has have head health healthy helm high hook host hostname hosts http https
    hubble hybrid icmp identity image images ingress init inner input instance instances insufficient
    interface internal internet invalid ip ipam ips iptables ipv4 ipv6 issue issuer istio job karpenter
    key kind kube kubelet kubeproxy kubernetes label labels large latency launch leader lease legacy
    less limit limits linux list listen load local lock log logs main managed manager master max medium
    memory mesh metadata metrics micro migration min mode monitor mount multi mutate mutating name named
    namespace namespaces nat native neither network networking new nfs nginx nlb node nodegroup
    nodelocal nodelocaldns nodepool nodeport nodes none not note observability off old one only open
    operator opt option other out outside overlay own owned owner peer pending  persistent phase
    ping pod pods policies policy pool pools port ports preemption prefix prefixes private probe prober
      prometheus protocol provider proxy public pull quota range reached read ready reason
    refused region registry relay release released remote replica replicas replicaset request requests
    reserved resolve resource restart retry role root route router routes routing rule rules run running
    runtime same scale schedule scheduled scheduler secondary secret secrets secure security selector
    self server servers service serviceaccount services set shared sidecar size small snat spec spot
    stack standard start started state stateful statefulset static status sticky stop stopped storage
    strict subnet subnets success svc syn sync system table tag tags taint target task tcp template
    temporary terminating test text that the this throttled tier time timeout tls token too tracing
    traffic trigger true tunnel type ubuntu udp ui unable undefined unknown unmanaged unreachable
    unschedulable update updated use used user users validate validating validation value values version
    virtual volume volumes vpc vpcs vxlan wait waiting warning web webhook webhooks were when which
    wireguard with within without worker workers write www xlarge yes your zone zones
    """
)
